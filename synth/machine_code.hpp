// Machine code as a compiler leaves it, brought into memory so that it can be called, and given back whole.
//
// Ours and not LLVM's: Debian's libfaust (2.54.9) never gives back the engine of a program that it has read, 300 KB
// each time a module is written anew, and LLVM takes 60 MB where the music is made. What Faust's compiler leaves is
// plain: a few sections, and one kind of place to fill in.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace antiphon::synth {

/// An object file: ELF, for this kind of processor. What it calls by name, mathematics and memory, is the program's.
class MachineCode {
 public:
  /// False: this kind of processor, or of system, is not known here, and none can be brought in.
  static bool possible();

  /// Throws std::runtime_error where it is cut off, of another kind, or calls what there is not.
  explicit MachineCode(std::string_view object);

  /// The function of that name, which is trusted to be one of this type. Throws std::runtime_error: it has none.
  template <typename Function>
  Function* function(const std::string& name) const {
    return reinterpret_cast<Function*>(address(name));
  }

 private:
  struct GiveBack {
    std::size_t size;
    void operator()(std::byte* memory) const;
  };
  friend class Bringing;

  std::byte* address(const std::string& name) const;

  std::unique_ptr<std::byte, GiveBack> memory_{};
  std::unordered_map<std::string, std::byte*> functions_{};
};

}  // namespace antiphon::synth
