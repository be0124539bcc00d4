// The door between the program and the Faust plug-in: plain data and abstract classes. It lives apart because libfaust
// brings LLVM, a hundred megabytes that only those need who write modules of their own.
#pragma once

#include <memory>

namespace antiphon::faust_door {

inline constexpr int kVersion = 2;

/// What a program lets be turned, as it is written in its source.
struct Control {
  enum class Kind : int { slider, checkbox, button };
  Kind kind = Kind::slider;
  const char* label = "";
  const char* unit = "";     // [unit:Hz]
  const char* scale = "";    // [scale:log]
  const char* tooltip = "";  // [tooltip:how bright]
  float usual = 0, least = 0, most = 1;
};

/// A program that plays. What is set has to lie within the control's range: memory is laid out by it.
class Instance {
 public:
  virtual ~Instance() = default;
  /// These are Realtime: yes.
  virtual void set(int control, float value) = 0;
  virtual void compute(int frames, float** in, float** out) = 0;
  virtual void calm() = 0;
};

/// It has to outlive its instances.
class Program {
 public:
  virtual ~Program() = default;
  virtual const char* description() const = 0;
  virtual int inputs() const = 0;
  virtual int outputs() const = 0;
  virtual int controls() const = 0;
  virtual const Control& control(int index) const = 0;
  virtual std::unique_ptr<Instance> start(int rate) = 0;
};

/// What the plug-in hands out, by the one symbol that is looked up in it.
struct Door {
  int version = kVersion;
  const char* faustVersion = "";
  /// The machine code, base64, for this kind of processor; it stays until the thread's next call. Null: `error` says
  /// why, in the compiler's words. `folder` is searched for what the source imports.
  const char* (*compile)(const char* name, const char* source, const char* folder, char* error,
                         int errorSize) = nullptr;
  /// Such code, by libfaust's own reader; null likewise. Its engine is not given back with the program (2.54.9).
  Program* (*load)(const char* code, char* error, int errorSize) = nullptr;
};
inline constexpr const char* kSymbol = "antiphonFaustDoor";
using DoorFunction = const Door* (*)();

}  // namespace antiphon::faust_door
