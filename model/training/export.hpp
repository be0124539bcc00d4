// From what was learnt to a checkpoint that plays.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "model/style/style_text.hpp"
#include "model/training/judgement.hpp"
#include "model/training/learning_state.hpp"

namespace antiphon {

/// Bits a note on the valid split, by source and "all", without a style text and with one.
struct Verdict {
  std::map<std::string, Bits> plain{}, styled{};
};
Verdict verdictOf(const TokenSet& set, const StyleText& style, torch_door::Net& net, std::size_t windows);

/// A JSON object: sources with licences and shares, what was seen, the seed, the verdict; whether the weights are the
/// mean of those that learning began from and ended with.
std::string provenanceOf(const LearningIdentity& identity, const LearningProgress& progress, const TokenSet& set,
                         const Verdict& verdict, bool mean = false);

/// Writes the net's weights with all that belongs to them.
void exportModel(const std::filesystem::path& path, const native::Shape& shape, torch_door::Net& net,
                 const StyleText& style, const std::string& provenance);

}  // namespace antiphon
