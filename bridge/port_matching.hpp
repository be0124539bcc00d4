// Finds the port that a player means by a name.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace antiphon {

/// Which of `ports` is meant: the one whose name is `wanted`, else the first whose name goes on after it with something
/// that is no letter and no digit ("ARIA_IN 128:0" before "ARIA_IN2"), else the first that starts with it. `ours`
/// starts the names of our own ports, which are never meant; empty: nothing is ours.
std::optional<std::size_t> findPort(std::span<const std::string> ports, std::string_view wanted,
                                    std::string_view ours = {});

}  // namespace antiphon
