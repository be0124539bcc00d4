// Which of the names that there are was meant by one that there is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon {

/// How many letters have to be changed, added or left out to make one name of the other.
std::size_t editsBetween(std::string_view a, std::string_view b);

/// Empty when none is near.
std::string nearestName(std::string_view meant, const std::vector<std::string_view>& names);

}  // namespace antiphon
