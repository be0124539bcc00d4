// What plays in the studio is answered as a player is: a pattern is the call, and its answer is played once, from a bar
// line on. What was answered last can become a pattern.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bridge/command_table.hpp"
#include "model/answerer.hpp"
#include "model/wishes.hpp"
#include "synth/desk.hpp"
#include "synth/studio/sequences.hpp"

namespace antiphon {

/// Who thinks, and how fast the music is.
struct AnswerDoors {
  std::function<std::unique_ptr<Answerer>()> make;
  std::shared_ptr<WishDesk> desk{};  // where the model leaves what it answered last; null: another answerer
  std::function<double()> bpm{};     // null, or nothing: it is not known
  std::uint64_t seed = 1;
};

/// By one thread at a time, the desk's; the thinking has a thread of its own. What cannot be done throws PatchError or
/// NotationError.
class PatternAnswers {
 public:
  static constexpr int kMostBars = 16, kMostCallBars = 4;

  PatternAnswers(synth::Desk& desk, synth::Sequences& sequences, AnswerDoors doors)
      : desk_{desk}, sequences_{sequences}, doors_{std::move(doors)} {}
  ~PatternAnswers();
  PatternAnswers(const PatternAnswers&) = delete;
  PatternAnswers& operator=(const PatternAnswers&) = delete;

  /// What `name` plays is the call, with all drums that play if it is one; `by` plays the answer, the drums theirs.
  std::string ask(const std::string& name, int bars, const std::string& by, double beat);
  /// What has been thought of is played from the next bar line on. From time to time; says so, or why not.
  std::vector<std::string> tend(double beat);
  /// The same for music that waits for nobody: the thinking has all the time it takes.
  std::vector<std::string> finish(double beat);
  /// The last answer, or a drum's part of it, is what `name` plays from here on; as it is, or with its notes moved to
  /// the nearest of these steps.
  std::string take(const std::string& name, std::optional<Tick> step);

 private:
  struct Asked {
    std::string name{}, by{};
    Call call{};
  };
  std::vector<Note> callOf(const std::string& name, Tick line, int bars) const;
  std::string play(const Phrase& answer, double beat);
  synth::Pattern patternFor(const std::string& name, const Phrase& answer) const;
  std::string drumOf(const std::string& name) const;
  std::int64_t nextBar(double beat) const;

  synth::Desk& desk_;
  synth::Sequences& sequences_;
  AnswerDoors doors_;
  std::uint32_t turns_ = 0;
  Asked asked_{};
  std::optional<Phrase> last_{};          // that was answered here
  double begins_ = -1, until_ = -1;       // the beats of the answer that was told last
  std::unique_ptr<Answerer> answerer_{};  // the thinking thread's, while there is one
  std::stop_source stop_{};
  std::future<Phrase> thinking_{};
};

/// answer, take. `beat`: where the music is.
void addPatternAnswers(CommandTable& table, PatternAnswers& answers, std::function<double()> beat);

}  // namespace antiphon
