// What may be said of a piece in a few words, from what the corpus knows of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace antiphon {

/// A line of the corpus' manifest, as far as words can be made of it.
struct PieceFacts {
  std::string id{}, source{}, title{}, genre{}, key{}, metre{};
};

/// Lines such as "chopin mazurka", "irish jig in g major", "funk drums"; without order, at least one.
std::vector<std::string> styleLines(const PieceFacts& facts);

/// Lower case, letters, digits, '/' and '#' alone, single spaces. What the player types goes the same way.
std::string plainWords(const std::string& text);

}  // namespace antiphon
