// What the word that is being typed may become: commands, who is there, what they can be set to, notes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/command_table.hpp"
#include "bridge/shelf.hpp"
#include "synth/patch.hpp"

namespace antiphon {

/// By the table alone, or by the patch and what was saved as well.
struct CompletionSources {
  const CommandTable& table;
  const synth::Patch* patch = nullptr;
  const Shelf* shelf = nullptr;
};

/// For what stands before the cursor, the whole words that its last may become, in order.
std::vector<std::string> completionsOf(std::string_view line, const CompletionSources& sources);

}  // namespace antiphon
