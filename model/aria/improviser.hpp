// The answerer with a public Aria checkpoint: a pianist who counts in milliseconds.
#pragma once

#include <memory>
#include <vector>

#include "model/answerer.hpp"
#include "model/aria/improvisation.hpp"
#include "model/aria/layout.hpp"
#include "model/aria/model.hpp"
#include "model/aria/thought.hpp"
#include "model/wishes.hpp"

namespace antiphon {

/// Listens along while the player plays; when the call is complete, it first asks the model how long the notes will
/// ring that are still held, then searches for the answer's first note, then writes the answer note by note. Same call,
/// same seed, same turn, same wishes: same answer.
///
/// Calls on drums are told, and answered, in the tokens for drums, unless another part is wished for; everything else
/// is the piano, on the player's channel, with the sustain pedal if the checkpoint has tokens for it. Of the wishes,
/// style, guidance, takes and density mean nothing here.
class AriaImproviser final : public Answerer {
 public:
  AriaImproviser(const AriaModel& model, std::shared_ptr<WishDesk> desk);

  std::string_view name() const override { return "aria"; }
  void begin(const TurnPlan& plan) override;
  void feed(const Note& note) override;
  /// Throws std::invalid_argument in a metre that is not spoken, std::runtime_error when this machine is much too slow
  /// for the call, or when the answer outgrows what the model can keep in mind.
  void commit(const Call& call, AnswerStream& out) override;

 private:
  bool foretellHeld(std::vector<int>& ids, const std::vector<Note>& voice, const TurnPlan& plan, std::int64_t answer,
                    Sampler& sampler, const AriaThought::GivenUp& givenUp);
  void write(AriaImprovisation& improvisation, const AriaLayout& layout, std::uint8_t channel, Phrase& answer,
             AnswerStream& out) const;

  std::shared_ptr<WishDesk> desk_;
  AriaThought thought_;
  TurnPlan plan_{};
  std::vector<Note> heard_{};
};

/// What a machine that streams so many notes a second can do for a call that has so many: the ms that each note of the
/// answer must be given, 0 when there is speed to spare. Throws std::runtime_error when thinning would leave too
/// little.
double ariaBreath(double streamed, double called);

}  // namespace antiphon
