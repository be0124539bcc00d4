#include "model/safetensors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/half.hpp"

namespace antiphon {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestHeader = 100u << 20;
constexpr int kDeepest = 8;  // nesting of the header; a real one has three levels
constexpr std::size_t kMostDimensions = 8;

struct TypeName {
  TensorType type;
  const char* name;
  std::size_t size;
};
constexpr std::array<TypeName, 10> kTypes{{{TensorType::f64, "F64", 8},
                                           {TensorType::f32, "F32", 4},
                                           {TensorType::f16, "F16", 2},
                                           {TensorType::bf16, "BF16", 2},
                                           {TensorType::i64, "I64", 8},
                                           {TensorType::i32, "I32", 4},
                                           {TensorType::i16, "I16", 2},
                                           {TensorType::i8, "I8", 1},
                                           {TensorType::u8, "U8", 1},
                                           {TensorType::boolean, "BOOL", 1}}};

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t side : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(side);
  return text + "]";
}

/// A name as it may stand in a message: no longer than a line, nothing that is no letter.
std::string shown(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, 80)) text += c >= 32 && c < 127 ? c : '?';
  return text;
}

/// Deep brackets would overflow the stack of whoever parses them.
bool tooDeep(std::string_view json) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::string name(TensorType type) { return kTypes[static_cast<std::size_t>(type)].name; }
std::size_t sizeOf(TensorType type) { return kTypes[static_cast<std::size_t>(type)].size; }

Safetensors::Safetensors(std::span<const std::byte> bytes, std::string name) : name_{std::move(name)}, bytes_{bytes} {
  parse();
}

Safetensors::Safetensors(const std::filesystem::path& path) : name_{path.string()} {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    if (file >= 0) ::close(file);
    fail("cannot be read");
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* at = size > 0 ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (at == MAP_FAILED) fail("cannot be read");
  bytes_ = {static_cast<const std::byte*>(at), size};
  mapped_ = true;
  try {
    parse();
  } catch (...) {
    munmap(at, size);
    throw;
  }
}

Safetensors::~Safetensors() {
  if (mapped_) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Safetensors::Safetensors(Safetensors&& other) noexcept
    : name_{std::move(other.name_)},
      bytes_{other.bytes_},
      mapped_{std::exchange(other.mapped_, false)},
      tensors_{std::move(other.tensors_)},
      metadata_{std::move(other.metadata_)} {}

void Safetensors::fail(const std::string& what) const { throw SafetensorsError{name_ + ": " + what}; }

void Safetensors::parse() {
  std::uint64_t headerSize = 0;
  if (bytes_.size() < 8) fail("too short for a checkpoint");
  std::memcpy(&headerSize, bytes_.data(), 8);
  if (headerSize > kLargestHeader || headerSize > bytes_.size() - 8) fail("not a checkpoint: its header does not fit");
  const std::string_view text{reinterpret_cast<const char*>(bytes_.data() + 8), static_cast<std::size_t>(headerSize)};
  if (tooDeep(text)) fail("not a checkpoint: its header is nested too deeply");
  const Json header = Json::parse(text, nullptr, false);
  if (!header.is_object()) fail("not a checkpoint: its header is no JSON object");
  const auto data = bytes_.subspan(8 + static_cast<std::size_t>(headerSize));

  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  for (const auto& [key, entry] : header.items()) {
    if (!entry.is_object()) fail("'" + shown(key) + "' is no JSON object");
    if (key == "__metadata__") {
      for (const auto& [field, value] : entry.items()) {
        if (!value.is_string()) fail("metadata '" + shown(field) + "' is no text");
        metadata_[field] = value.get<std::string>();
      }
      continue;
    }
    const auto type = entry.find("dtype"), shape = entry.find("shape"), offsets = entry.find("data_offsets");
    if (type == entry.end() || !type->is_string() || shape == entry.end() || !shape->is_array() ||
        offsets == entry.end() || !offsets->is_array() || offsets->size() != 2 || !(*offsets)[0].is_number_unsigned() ||
        !(*offsets)[1].is_number_unsigned()) {
      fail("tensor '" + shown(key) + "' is not described whole");
    }
    const auto known =
        std::ranges::find(kTypes, type->get<std::string>(), [](const TypeName& t) { return std::string{t.name}; });
    if (known == kTypes.end())
      fail("tensor '" + shown(key) + "' is of an unknown type, " + shown(type->get<std::string>()));
    TensorView view{known->type, {}, {}};
    if (shape->size() > kMostDimensions) fail("tensor '" + shown(key) + "' has too many dimensions");
    std::uint64_t size = known->size;
    for (const Json& side : *shape) {
      if (!side.is_number_unsigned()) fail("tensor '" + shown(key) + "' has a shape that is none");
      const auto sides = side.get<std::uint64_t>();
      if (sides > bytes_.size() || (sides > 0 && size > bytes_.size() / sides))
        fail("tensor '" + shown(key) + "' is larger than the file");
      size *= sides;
      view.shape.push_back(static_cast<std::int64_t>(sides));
    }
    const auto begin = (*offsets)[0].get<std::uint64_t>(), end = (*offsets)[1].get<std::uint64_t>();
    if (begin > end || end > data.size()) fail("tensor '" + shown(key) + "' lies outside the file");
    if (end - begin != size) fail("tensor '" + shown(key) + "' has not the size that its shape says");
    view.bytes = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
    places.emplace_back(begin, end);
    tensors_.emplace(key, std::move(view));
  }
  std::ranges::sort(places);
  std::uint64_t reached = 0;
  for (const auto& [begin, end] : places) {
    if (begin != reached) fail("its tensors do not follow one another");
    reached = end;
  }
  if (reached != data.size()) fail("there is more in it than its tensors");
}

const TensorView* Safetensors::find(const std::string& tensor) const {
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? nullptr : &found->second;
}

std::uint64_t Safetensors::fingerprint() const {
  constexpr std::size_t kBlock = 4096, kBlocks = 64;
  std::uint64_t print = 14695981039346656037u;  // FNV-1a
  const auto take = [&](std::span<const std::byte> some) {
    for (const std::byte one : some) print = (print ^ std::to_integer<std::uint64_t>(one)) * 1099511628211u;
  };
  const std::uint64_t size = bytes_.size();
  take(std::as_bytes(std::span{&size, 1}));
  std::size_t head = bytes_.size();
  for (const auto& [name, tensor] : tensors_)
    head = std::min(head, static_cast<std::size_t>(tensor.bytes.data() - bytes_.data()));
  take(bytes_.first(head));
  const std::size_t apart = std::max(kBlock, (bytes_.size() - head) / kBlocks);
  for (std::size_t at = head; at < bytes_.size(); at += apart)
    take(bytes_.subspan(at, std::min(kBlock, bytes_.size() - at)));
  return print;
}

std::vector<float> Safetensors::floats(const std::string& tensor, const std::vector<std::int64_t>& shape) const {
  const TensorView* view = find(tensor);
  if (view == nullptr) fail("tensor '" + shown(tensor) + "' is missing");
  if (view->shape != shape)
    fail("tensor '" + shown(tensor) + "' is " + shapeText(view->shape) + ", and must be " + shapeText(shape));
  const std::size_t count = view->bytes.size() / sizeOf(view->type);
  std::vector<float> values(count);
  if (view->type == TensorType::f32) {
    std::memcpy(values.data(), view->bytes.data(), view->bytes.size());
  } else if (view->type == TensorType::f16 || view->type == TensorType::bf16) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, view->bytes.data() + 2 * i, 2);
      values[i] = view->type == TensorType::f16 ? fromHalf(bits) : fromBf16(bits);
    }
  } else {
    fail("tensor '" + shown(tensor) + "' is of type " + antiphon::name(view->type) + "; F32, F16 or BF16 is needed");
  }
  for (const float value : values) {
    if (!std::isfinite(value)) fail("tensor '" + shown(tensor) + "' holds a value that is no number");
  }
  return values;
}

std::vector<std::byte> asBytes(std::span<const float> values, TensorType type) {
  if (type == TensorType::f32) {
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
  }
  std::vector<std::byte> bytes(values.size() * 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = type == TensorType::f16 ? toHalf(values[i]) : toBf16(values[i]);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return bytes;
}

void writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    const std::uint64_t end = offset + tensor.bytes.size();
    header[tensor.name] = {{"dtype", name(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::filesystem::path beside = path.string() + ".part";
  std::ofstream out{beside, std::ios::binary};
  const std::uint64_t size = text.size();
  out.write(reinterpret_cast<const char*>(&size), 8);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const TensorToWrite& tensor : tensors) {
    out.write(reinterpret_cast<const char*>(tensor.bytes.data()), static_cast<std::streamsize>(tensor.bytes.size()));
  }
  out.close();
  if (!out) throw SafetensorsError{path.string() + ": cannot be written"};
  std::filesystem::rename(beside, path);
}

}  // namespace antiphon
