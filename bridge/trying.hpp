// What a musician may say wrongly, answered with the sentence that the synth has for it.
#pragma once

#include "bridge/command.hpp"
#include "bridge/shelf.hpp"
#include "synth/patch.hpp"
#include "synth/studio/notation.hpp"

namespace antiphon {

/// Letters that a command takes as the name of what is in a patch or on a shelf.
inline constexpr std::size_t kLongestName = 100;

/// Does what may throw a PatchError, a NotationError or a ShelfError; what sounds stays as it was when it does.
template <typename Do>
Command::Handler trying(Do&& act) {
  return [act](const Command::Arguments& given) -> Command::Reply {
    try {
      return {true, act(given)};
    } catch (const synth::PatchError& error) {
      return {false, error.what()};
    } catch (const synth::NotationError& error) {
      return {false, error.what()};
    } catch (const ShelfError& error) {
      return {false, error.what()};
    }
  };
}

}  // namespace antiphon
