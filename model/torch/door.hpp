// The door between the program and the torch plug-in: plain data and abstract classes, nothing of torch or of the
// standard library's containers, so that the two may be built with different compilers' settings. It lives apart
// because libtorch and sentencepiece cannot share a program (each brings its own protobuf).
#pragma once

#include <cstdint>

namespace antiphon::torch_door {

inline constexpr int kVersion = 2;

/// Rows of steps, padded at the end with zeros (and targets of -1).
struct Batch {
  int rows = 0;
  int length = 0;
  const std::uint16_t* in = nullptr;   // [rows][length][columns]
  const std::int32_t* time = nullptr;  // [rows][length]
  const std::int16_t* out = nullptr;   // [rows][length][heads]
};

struct Setup {
  int width = 0, layers = 0, heads = 0, hidden = 0, textPieces = 0;
  std::uint64_t seed = 1;
  int threads = 1;
  bool cuda = false;
  bool bf16 = false;    // products of matrices in bf16; the weights that learn stay in f32
  bool learns = false;  // room for gradients and momenta
};

struct Lesson {
  double rate = 0;  // of Muon and of AdamW's norms and tables
  double weightDecay = 0;
  double clip = 1;
  double dropout = 0;        // share of what layers add that is left out
  std::uint64_t chance = 0;  // which
};

struct Learnt {
  double nats[4] = {};           // summed over the batch, by head
  std::int64_t counted[4] = {};  // targets, by head
  double gradient = 0;           // its norm, before clipping
};

/// A line of thought, as Engine (model/engine.hpp) has it.
class Thought {
 public:
  virtual ~Thought() = default;
  virtual int length() const = 0;
  virtual bool extend(const std::uint16_t* in, const std::int32_t* time, int steps) = 0;
  virtual void rollBack(int length) = 0;
  virtual const float* speak(int head, const std::uint16_t* said, int count) = 0;  // null: see error()
};

/// Calls return false, or null, when they fail; error() then says why.
class Net {
 public:
  virtual ~Net() = default;
  virtual const char* error() const = 0;
  /// Everything that a checkpoint must hold: weights by the names of native::tensors(), then what the optimizer
  /// remembers.
  virtual int tensors() const = 0;
  virtual const char* tensorName(int index) const = 0;
  virtual std::int64_t tensorSize(int index) const = 0;
  virtual bool read(int index, float* values) = 0;
  virtual bool write(int index, const float* values) = 0;
  /// One step of learning from all shards together. The result does not depend on how many threads share them.
  virtual bool learn(const Batch* shards, int count, const Lesson& lesson, Learnt* learnt) = 0;
  /// Nats of every target, [rows][length][heads]; 0 where there is none.
  virtual bool judge(const Batch& batch, float* nats) = 0;
  virtual Thought* think(int capacity) = 0;
};

using OpenNet = Net* (*)(const Setup& setup, char* error, int errorSize);
using CloseNet = void (*)(Net*);
using CloseThought = void (*)(Thought*);

/// What the plug-in hands out, by the one symbol that is looked up in it.
struct Door {
  int version = kVersion;
  const char* torchVersion = "";
  bool hasCuda = false;
  OpenNet open = nullptr;
  CloseNet close = nullptr;
  CloseThought closeThought = nullptr;
};
inline constexpr const char* kSymbol = "antiphonTorchDoor";
using DoorFunction = const Door* (*)();

}  // namespace antiphon::torch_door
