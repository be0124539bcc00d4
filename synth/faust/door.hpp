// The door between the program and the Faust plug-in: plain data and abstract classes. It lives apart because libfaust
// brings LLVM, a hundred megabytes that only those need who write modules of their own.
#pragma once

namespace antiphon::faust_door {

inline constexpr int kVersion = 1;

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
  virtual Instance* start(int rate) = 0;
  /// For Door::load, on a processor of the same kind.
  virtual const char* code() = 0;
};

/// What the plug-in hands out, by the one symbol that is looked up in it.
struct Door {
  int version = kVersion;
  const char* faustVersion = "";
  /// Null: `error` says why, in the compiler's words. `folder` is searched for what the source imports.
  Program* (*compile)(const char* name, const char* source, const char* folder, char* error, int errorSize) = nullptr;
  /// One that was compiled elsewhere; likewise.
  Program* (*load)(const char* code, char* error, int errorSize) = nullptr;
  void (*close)(Program*) = nullptr;
  void (*stop)(Instance*) = nullptr;
  /// Programs that are compiled and not closed.
  int (*alive)() = nullptr;
};
inline constexpr const char* kSymbol = "antiphonFaustDoor";
using DoorFunction = const Door* (*)();

}  // namespace antiphon::faust_door
