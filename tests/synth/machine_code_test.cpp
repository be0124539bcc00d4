#include "synth/machine_code.hpp"

#include <catch2/catch.hpp>

#if defined(__x86_64__) && defined(__linux__)
#include <elf.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

using namespace antiphon::synth;
using Catch::Matchers::Contains;

namespace {

enum Section : std::uint16_t { kNone, kText, kConstants, kVariables, kGaps, kSymbols, kNames, kSections };

/// An object as a compiler leaves it.
class Object {
 public:
  std::uint32_t kinds[3] = {R_X86_64_64, R_X86_64_PLT32, R_X86_64_PC64};  // of an address, a call, a distance
  std::string callee = "sqrtf";
  std::uint64_t variables = 16;  // bytes

  /// Five functions, each with one address in it that is not known yet.
  std::string written() const {
    std::string text, names{'\0'};
    std::vector<Elf64_Sym> symbols(1);
    std::vector<Elf64_Rela> gaps;
    const auto symbol = [&](const std::string& name, unsigned char type, std::uint16_t section, std::uint64_t value) {
      Elf64_Sym made{};
      made.st_name = static_cast<Elf64_Word>(names.size());
      made.st_info = static_cast<unsigned char>(ELF64_ST_INFO(STB_GLOBAL, type));
      made.st_shndx = section;
      made.st_value = value;
      names += name + '\0';
      symbols.push_back(made);
      return symbols.size() - 1;
    };
    const auto function = [&](const std::string& name, const std::string& before, std::uint32_t kind, std::size_t meant,
                              std::int64_t addend, const std::string& after) {
      const std::uint64_t begin = text.size();
      gaps.push_back({begin + before.size(), ELF64_R_INFO(meant, kind), addend});
      text += before + std::string(kind == kinds[1] ? 4 : 8, '\0') + after;
      return symbol(name, STT_FUNC, kText, begin);
    };
    const std::string addressToRax = "\x48\xb8";
    const auto constants = symbol("", STT_SECTION, kConstants, 0), counted = symbol("", STT_SECTION, kVariables, 0);
    const auto called = symbol(callee, STT_NOTYPE, SHN_UNDEF, 0);
    const auto second = function("second", addressToRax, kinds[0], constants, 4, std::string{"\x8b\x00\xc3", 3});
    function("count", addressToRax, kinds[0], counted, 0, std::string{"\xff\x00\x8b\x00\xc3", 5});
    function("root", addressToRax, kinds[0], called, 0, "\xff\xe0");
    function("jump", "\xe9", kinds[1], second, -4, "");
    function("apart", addressToRax, kinds[2], second, 0, "\xc3");

    const std::uint32_t numbers[] = {11, 22};
    const std::string pieces[] = {text, bytesOf(numbers, sizeof numbers),
                                  bytesOf(gaps.data(), gaps.size() * sizeof(Elf64_Rela)),
                                  bytesOf(symbols.data(), symbols.size() * sizeof(Elf64_Sym)), names};
    Elf64_Shdr sections[kSections] = {};
    sections[kText] = {0, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 0, 0, 0, 16, 0};
    sections[kConstants] = {0, SHT_PROGBITS, SHF_ALLOC, 0, 0, 0, 0, 0, 4, 0};
    sections[kVariables] = {0, SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0, 0, variables, 0, 0, 16, 0};
    sections[kGaps] = {0, SHT_RELA, 0, 0, 0, 0, kSymbols, kText, 8, sizeof(Elf64_Rela)};
    sections[kSymbols] = {0, SHT_SYMTAB, 0, 0, 0, 0, kNames, 1, 8, sizeof(Elf64_Sym)};
    sections[kNames] = {0, SHT_STRTAB, 0, 0, 0, 0, 0, 0, 1, 0};
    const Section holders[] = {kText, kConstants, kGaps, kSymbols, kNames};
    std::string all(sizeof(Elf64_Ehdr), '\0');
    for (std::size_t i = 0; i < std::size(pieces); ++i) {
      sections[holders[i]].sh_offset = all.size();
      sections[holders[i]].sh_size = pieces[i].size();
      all += pieces[i];
    }
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_type = ET_REL;
    head.e_machine = EM_X86_64;
    head.e_shoff = all.size();
    head.e_shentsize = sizeof(Elf64_Shdr);
    head.e_shnum = kSections;
    std::memcpy(all.data(), &head, sizeof head);
    return all + bytesOf(sections, sizeof sections);
  }

 private:
  static std::string bytesOf(const void* things, std::size_t size) { return {static_cast<const char*>(things), size}; }
};

/// Whether it is brought in; otherwise it has to be refused in words.
bool isTaken(const std::string& object) {
  try {
    const MachineCode code{object};
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::size_t pagesMapped() {
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  return pages;
}

}  // namespace

SCENARIO("machine code is brought into memory") {
  Object object;
  GIVEN("what a compiler leaves") {
    const MachineCode code{object.written()};
    THEN("its functions find constants and variables and each other and what is called outside") {
      CHECK(code.function<int()>("second")() == 22);
      auto* const count = code.function<int()>("count");
      CHECK(count() == 1);
      CHECK(count() == 2);
      CHECK(code.function<float(float)>("root")(6.25f) == 2.5f);
      CHECK(code.function<int()>("jump")() == 22);
      auto* const apart = code.function<std::int64_t()>("apart");
      const char* const place = reinterpret_cast<const char*>(apart) + 2;
      CHECK(reinterpret_cast<const char*>(code.function<int()>("second")) - place == apart());
      CHECK_THROWS_WITH(code.function<int()>("third"), Contains("third"));
    }
    THEN("another of it has variables of its own") {
      code.function<int()>("count")();
      const MachineCode other{object.written()};
      CHECK(other.function<int()>("count")() == 1);
    }
  }
  GIVEN("what calls something that there is not") {
    object.callee = "no_such_sound";
    CHECK_THROWS_WITH(MachineCode{object.written()}, Contains("no_such_sound"));
  }
  GIVEN("a place that is to be filled in as nobody here knows") {
    object.kinds[0] = R_X86_64_GOTPC64;
    CHECK_THROWS_WITH(MachineCode{object.written()}, Contains("not known"));
  }
}

SCENARIO("machine code that is cut off or changed is refused or harmless") {
  const std::string whole = Object{}.written();
  REQUIRE(isTaken(whole));
  int taken = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) taken += isTaken(whole.substr(0, length)) ? 1 : 0;
  CHECK(taken == 0);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x10, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      taken += isTaken(changed) ? 1 : 0;
    }
  }
  CHECK(taken > 0);
}

SCENARIO("machine code gives its memory back") {
  Object object;
  object.variables = 1 << 20;
  const std::string written = object.written();
  static_cast<void>(isTaken(written));
  const std::size_t before = pagesMapped();
  for (int i = 0; i < 1000; ++i) {
    const MachineCode code{written};
    code.function<int()>("count")();
  }
  CHECK(pagesMapped() < before + 25'600);  // a tenth of what would be left
}

#endif
