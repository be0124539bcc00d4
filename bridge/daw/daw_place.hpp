// Which DAW is meant by a word.
#pragma once

#include <memory>
#include <string>

#include "bridge/daw/daw.hpp"

namespace antiphon {

/// "dawg", "dawg:http://HOST:PORT", "abletonosc", "abletonosc:HOST[:PORT[:ANSWERS]]". Throws std::runtime_error with a
/// sentence that says what is possible.
std::unique_ptr<Daw> dawAt(const std::string& word);

}  // namespace antiphon
