// A trained model as the answerer uses it: weights, words for style, and where it came from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/compute/thinking.hpp"
#include "model/engine.hpp"
#include "model/native/weights.hpp"
#include "model/safetensors.hpp"
#include "model/style/style_text.hpp"

namespace antiphon {

/// A checkpoint that cannot be played. One line, which names the file and the field or tensor.
struct ModelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class NativeModel {
 public:
  /// Throws ModelError when the file is none, breaks off, is of another architecture or vocabulary, or holds a tensor
  /// of the wrong type or size or with a value that is no number.
  static std::shared_ptr<const NativeModel> load(const std::filesystem::path& path,
                                                 const compute::Thinking& thinking = {});
  /// The one that is linked into the program; throws ModelError when this build has none.
  static std::shared_ptr<const NativeModel> embedded(const compute::Thinking& thinking = {});

  static std::shared_ptr<const NativeModel> from(std::span<const std::byte> bytes, const std::string& name,
                                                 const compute::Thinking& thinking = {});

  /// Makes an engine of so many steps' capacity. All engines of one model share its hands: one thread at a time, but
  /// where it was asked to think with one hand alone; then each engine may have a thread of its own.
  using MakeEngine = std::function<std::unique_ptr<Engine>(int)>;
  NativeModel(std::shared_ptr<const Safetensors> file, native::Shape shape, std::shared_ptr<const StyleText> style,
              MakeEngine engine, const compute::Thinking& thinking = {});

  const std::string& name() const { return file_->name(); }
  const native::Shape& shape() const { return shape_; }
  const StyleText& style() const { return *style_; }
  const std::shared_ptr<const StyleText>& sharedStyle() const { return style_; }
  const std::shared_ptr<const Safetensors>& file() const { return file_; }
  const compute::Thinking& thinking() const { return thinking_; }
  std::unique_ptr<Engine> engine(int capacity) const { return engine_(capacity); }

 private:
  std::shared_ptr<const Safetensors> file_;
  native::Shape shape_;
  std::shared_ptr<const StyleText> style_;
  MakeEngine engine_;
  compute::Thinking thinking_;
};

/// What a checkpoint says of itself beside its tensors.
inline constexpr const char* kNativeArchitecture = "antiphon-native-1";
inline constexpr const char* kStyleTensor = "style.model";  // bytes of the sentencepiece model

/// Writes a checkpoint with its weights in f16; `fetch` gives a tensor's values. `provenance` is a JSON object.
void writeNativeModel(const std::filesystem::path& path, const native::Shape& shape,
                      const std::function<std::vector<float>(const native::TensorSpec&)>& fetch,
                      const std::string& style, const std::string& provenance);

/// The bytes that the build linked in; empty when there are none.
std::span<const std::byte> embeddedModel();
std::span<const std::byte> embeddedMarkov();

}  // namespace antiphon
