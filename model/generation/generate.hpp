// A beat, a bass line or a melody, thought of by the model alone.
#pragma once

#include <stop_token>

#include "model/generation/wish.hpp"
#include "model/native_model.hpp"
#include "scheduler/note.hpp"

namespace antiphon {

struct Generated {
  Style style{};
  Key key{};
  Tempo tempo{};
  std::uint8_t program = 0;  // of General MIDI, counted from 0
  Phrase phrase{};           // drums on channel 10, as people count
};

/// Somebody asked to stop before it was done.
struct GenerationStopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Exactly the bars asked for, every note in the scale and in its compass, nothing that sounds beyond the end, never
/// silent for longer than a bar; a bass or a melody sounds one note at a time. The same wish makes the same notes.
///
/// From any number of threads at the same time, where the model was told to think with one hand. Throws
/// GenerationError, and GenerationStopped once `stop` is asked for.
Generated generate(const NativeModel& model, const GenerationWish& wish, const std::stop_token& stop = {});
/// With the model that is linked in, read once and with one hand. Throws ModelError when this build has none.
Generated generate(const GenerationWish& wish, const std::stop_token& stop = {});

/// A style whose words the model must know. Throws GenerationError.
Style knownStyle(const NativeModel& model, const std::string& text);

}  // namespace antiphon
