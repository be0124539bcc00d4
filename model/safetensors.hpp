// Checkpoints: named tensors behind a JSON header, the format that models are published in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace antiphon {

/// One line that names the file and the field or tensor that is wrong.
struct SafetensorsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class TensorType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };
std::string name(TensorType type);
std::size_t sizeOf(TensorType type);

struct TensorView {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape{};
  std::span<const std::byte> bytes{};
};

/// A checkpoint that has been checked from end to end: every tensor lies inside the file, has the size that its shape
/// says, and none lies over another.
class Safetensors {
 public:
  /// Maps the file into memory.
  explicit Safetensors(const std::filesystem::path& path);
  /// Looks at bytes that outlive this; `name` stands in messages.
  Safetensors(std::span<const std::byte> bytes, std::string name);
  ~Safetensors();
  Safetensors(Safetensors&& other) noexcept;
  Safetensors& operator=(Safetensors&&) = delete;

  const std::string& name() const { return name_; }
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  const TensorView* find(const std::string& tensor) const;
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  /// Told from any other checkpoint's, and from this one's before it was written anew: from the whole head of the file
  /// and what stands in it here and there.
  std::uint64_t fingerprint() const;

  /// A tensor's numbers as floats; throws when it is missing, of a type that holds no such numbers, of another shape,
  /// or holds one that is none.
  std::vector<float> floats(const std::string& tensor, const std::vector<std::int64_t>& shape) const;

 private:
  void parse();
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::span<const std::byte> bytes_{};
  bool mapped_ = false;
  std::map<std::string, TensorView> tensors_{};
  std::map<std::string, std::string> metadata_{};
};

struct TensorToWrite {
  std::string name{};
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape{};
  std::vector<std::byte> bytes{};
};

/// Floats as bytes of f32, f16 or bf16.
std::vector<std::byte> asBytes(std::span<const float> values, TensorType type);

/// Beside the path first, then in its place.
void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace antiphon
