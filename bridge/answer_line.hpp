// An answer as one line, for programs that read line by line.
#pragma once

#include <string>

#include "bridge/command.hpp"

namespace antiphon {

/// "ok TEXT" or "error TEXT", the text's own lines put together by "; ". As JSON: {"ok":true,"text":"..."} with the
/// text as it is.
std::string answerLine(const Command::Reply& reply, bool json);

}  // namespace antiphon
