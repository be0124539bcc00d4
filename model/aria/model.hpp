// A public Aria checkpoint as the answerer uses it: how large it is, and engines that think with it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/aria/engine.hpp"
#include "model/compute/packed_file.hpp"
#include "model/compute/thinking.hpp"
#include "model/safetensors.hpp"
#include "scheduler/time.hpp"

namespace antiphon {

/// Its tensors decide; checkpoints of our own say in words what they are.
bool isAria(const Safetensors& checkpoint);

class AriaModel {
 public:
  /// Makes an engine of so many tokens' capacity. All engines of one model share its hands: one thread at a time.
  using MakeEngine = std::function<std::unique_ptr<AriaEngine>(int)>;

  /// `format` is how the engine holds the weights: "int8".
  AriaModel(const AriaShape& shape, std::string format, MakeEngine engine)
      : shape_{shape}, format_{std::move(format)}, engine_{std::move(engine)} {}

  /// Packed weights are kept beside the checkpoint, and found there the next time; `remark` hears when they cannot be.
  /// Throws ModelError, one line that names the file and the tensor, when it cannot be played.
  static std::shared_ptr<const AriaModel> load(const std::filesystem::path& path,
                                               const compute::Thinking& thinking = {}, const compute::Told& told = {},
                                               const std::function<void(const std::string&)>& remark = {});

  /// "aria-medium", or for another size "aria, 3 layers of width 48".
  std::string name() const;
  const std::string& format() const { return format_; }
  const AriaShape& shape() const { return shape_; }
  std::unique_ptr<AriaEngine> engine(int capacity = kAriaContext) const { return engine_(capacity); }

 private:
  AriaShape shape_;
  std::string format_;
  MakeEngine engine_;
};

inline constexpr int kAriaNoteTokens = 3;  // of a note: itself, its onset, its length

/// How many tokens a second an engine thinks of, one by one, behind a context such as a call's: the median of a few.
/// It is left as it was. `now` tells the time.
double ariaTokensPerSecond(AriaEngine& engine, const std::function<Nanos()>& now);
/// What there is to say before playing: "aria-medium, f32, 38 tokens/s: streams up to 12 notes a second".
std::string introductionOf(const AriaModel& model, double tokensPerSecond);

}  // namespace antiphon
