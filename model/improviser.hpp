// The answerer with a trained model.
#pragma once

#include <memory>
#include <vector>

#include "model/answerer.hpp"
#include "model/grammar.hpp"
#include "model/improvisation.hpp"
#include "model/native_model.hpp"
#include "model/wishes.hpp"

namespace antiphon {

/// A sequence that a model has thought of, kept in step with what it should be.
class TrainOfThought {
 public:
  TrainOfThought(std::shared_ptr<const NativeModel> model, int capacity);

  /// Makes the engine hold exactly these steps; what it holds already of their beginning is not thought of again.
  void become(const std::vector<native::Step>& steps);
  /// What came after the sequence is forgotten.
  void comeBack();
  Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<Engine> engine_;
  std::vector<native::Step> steps_{};
};

/// Listens along while the player plays, so that little is left to think of when the call is complete; then writes its
/// answer note by note. Same call, same seed, same turn, same wishes: same answer.
class Improviser final : public Answerer {
 public:
  explicit Improviser(std::shared_ptr<WishDesk> desk);

  std::string_view name() const override { return "model"; }
  void begin(const TurnPlan& plan) override;
  void feed(const Note& note) override;
  /// Throws std::invalid_argument in a metre that the model does not speak.
  void commit(const Call& call, AnswerStream& out) override;

 private:
  struct Take {
    double score = 0;
    std::uint64_t seed = 0;
  };

  void adopt(const Wishes& wishes);
  void hear(const native::Brief& brief, const GridPhrase& call, native::StepWriter& writer);
  Improvisation take(const native::StepWriter& writer, const Grammar& grammar, std::uint64_t seed);
  std::uint64_t audition(const native::StepWriter& writer, const Grammar& grammar, const GridPhrase& call,
                         std::uint64_t seed, AnswerStream& out);

  std::shared_ptr<WishDesk> desk_;
  Wishes wishes_{};
  std::shared_ptr<const NativeModel> model_{};
  std::unique_ptr<TrainOfThought> styled_{};
  std::unique_ptr<TrainOfThought> free_{};  // without the style, for guidance
  TurnPlan plan_{};
  std::vector<Note> heard_{};
  Part lastPart_ = Part::melody;
  Pace pace_{};
};

/// The voice of a call that is heard: drums or tones, never both; the newest notes of it.
std::vector<Note> leadingVoice(const std::vector<Note>& notes);
/// A seed for each take of each turn.
std::uint64_t seedOf(const TurnPlan& plan, int take);
/// What a call is: drums by their channel, else by register and by how many notes sound together.
Part partOfCall(const GridPhrase& call, bool drums);
/// The density an answer to this call is held to: firmly to what was asked for, gently to the call's own.
Pace paceFor(const std::optional<double>& wish, const GridPhrase& call, Part part, bool samePart, int answerBars);
/// The tones that an answer to this call may use; nothing: all.
std::optional<PitchClasses> scaleFor(const KeyWish& wish, const GridPhrase& call);
/// The same where drums may be on either side: they have no key, and heed none.
std::optional<PitchClasses> scaleOfAnswer(const KeyWish& wish, const GridPhrase& call, Part callPart, Part part);
/// How many notes of a part may be struck together; nothing: as many as there are fingers, or more.
std::optional<int> voicesOf(Part part);
/// Who was called on the downbeat comes in on it.
bool beginsOnDownbeat(const GridPhrase& call);
/// Where an answer to this voice is played: on its own channel, drums on theirs.
std::uint8_t answerChannel(const std::vector<Note>& voice, Part part);

}  // namespace antiphon
