// Modules and instruments that whoever plays has written, beside the factory's. By one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synth/own_type.hpp"

namespace antiphon::synth {

class OwnRack {
 public:
  /// Takes a program in, in place of the one that had its name. Patches hear of it at their next edit.
  void take(const std::string& name, std::shared_ptr<const Program> program);
  bool has(std::string_view name) const;

  /// Null: there is none. When there is none yet, the finder is asked; these throw the PatchError that it throws.
  const ModuleType* module(std::string_view name);
  const Recipe* recipe(std::string_view name);
  /// The type that has taken this one's place; null: none has.
  const ModuleType* successor(const ModuleType& type) const;

  /// What can be made by name, with its purpose; also what only the finder knows.
  struct Entry {
    std::string name, purpose;
  };
  std::vector<Entry> entries() const;
  /// Those that have been taken in.
  std::vector<std::string_view> names() const;

  /// Where what is not known by its name may be found.
  struct Finder {
    std::function<void(const std::string& name)> find{};  // takes it in, or leaves it, or throws PatchError
    std::function<std::vector<std::string>()> names{};
  };
  void findBy(Finder finder) { finder_ = std::move(finder); }
  /// Throws PatchError unless a module of one's own may have this name.
  static void mustBeName(std::string_view name);

 private:
  struct Own {
    std::string name{};
    std::unique_ptr<OwnType> type{};
    std::string purpose{};
    std::optional<Recipe> recipe{};  // of one that is played
  };
  const Own* find(std::string_view name) const;
  const Own* look(std::string_view name);

  std::vector<std::unique_ptr<Own>> all_{};
  std::vector<std::unique_ptr<OwnType>> before_{};  // patches may still speak of these
  Finder finder_{};
};

OwnRack& ownRack();

}  // namespace antiphon::synth
