#include "synth/machine_code.hpp"

#include <stdexcept>

#if defined(__x86_64__) && defined(__linux__)
#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>
#endif

namespace antiphon::synth {

std::byte* MachineCode::address(const std::string& name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) throw std::runtime_error{"there is no function " + name + " in it"};
  return found->second;
}

#if defined(__x86_64__) && defined(__linux__)

namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30;

[[noreturn]] void broken() { throw std::runtime_error{"its machine code is cut off, or is none"}; }

/// The file's bytes: nothing is read that is not there.
class Bytes {
 public:
  explicit Bytes(std::string_view all) : all_{all} {}

  std::string_view piece(std::uint64_t offset, std::uint64_t size) const {
    if (offset > all_.size() || size > all_.size() - offset) broken();
    return all_.substr(offset, size);
  }
  template <typename Thing>
  std::vector<Thing> things(std::uint64_t offset, std::uint64_t count) const {
    if (count > all_.size()) broken();
    const std::string_view bytes = piece(offset, count * sizeof(Thing));
    std::vector<Thing> read(count);
    if (count > 0) std::memcpy(read.data(), bytes.data(), bytes.size());
    return read;
  }
  template <typename Thing>
  std::vector<Thing> thingsOf(const Elf64_Shdr& section) const {
    if (section.sh_entsize != sizeof(Thing)) broken();
    return things<Thing>(section.sh_offset, section.sh_size / sizeof(Thing));
  }

 private:
  std::string_view all_;
};

}  // namespace

bool MachineCode::possible() { return true; }

void MachineCode::GiveBack::operator()(std::byte* memory) const { munmap(memory, size); }

/// A file on its way into memory.
class Bringing {
 public:
  explicit Bringing(std::string_view object) : file_{object} {
    const Elf64_Ehdr head = file_.things<Elf64_Ehdr>(0, 1).front();
    if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
        head.e_ident[EI_DATA] != ELFDATA2LSB || head.e_type != ET_REL || head.e_machine != EM_X86_64 ||
        head.e_shentsize != sizeof(Elf64_Shdr))
      broken();
    sections_ = file_.things<Elf64_Shdr>(head.e_shoff, head.e_shnum);
    places_.resize(sections_.size());
  }

  void bring(MachineCode& code) {
    layOut();
    void* const memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error{"there is no memory for it"};
    code.memory_ = {static_cast<std::byte*>(memory), MachineCode::GiveBack{size_}};
    base_ = code.memory_.get();
    fill();
    readSymbols();
    for (const Elf64_Shdr& section : sections_) join(section);
    protect();
    nameFunctions(code);
  }

 private:
  /// What is allowed to memory: pages of their own each.
  struct Kind {
    std::uint64_t flags;
    int protection;
    std::size_t from = 0, to = 0;
  };

  void layOut() {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    for (Kind& kind : kinds_) {
      kind.from = size_;
      for (std::size_t s = 0; s < sections_.size(); ++s) {
        const Elf64_Shdr& section = sections_[s];
        if ((section.sh_flags & SHF_ALLOC) == 0 || (section.sh_flags & (SHF_WRITE | SHF_EXECINSTR)) != kind.flags)
          continue;
        const std::uint64_t align = std::max<std::uint64_t>(1, section.sh_addralign);
        if ((section.sh_flags & SHF_TLS) != 0 || !std::has_single_bit(align) || align > page ||
            section.sh_size > kLargest)
          broken();
        places_[s] = (size_ + align - 1) / align * align;
        size_ = *places_[s] + section.sh_size;
        if (size_ > kLargest) broken();
      }
      kind.to = size_ = (size_ + page - 1) / page * page;
    }
    if (size_ == 0) broken();
  }

  void fill() {
    for (std::size_t s = 0; s < sections_.size(); ++s) {
      const Elf64_Shdr& section = sections_[s];
      if (!places_[s] || section.sh_type == SHT_NOBITS || section.sh_size == 0) continue;
      const std::string_view bytes = file_.piece(section.sh_offset, section.sh_size);
      std::memcpy(base_ + *places_[s], bytes.data(), bytes.size());
    }
  }

  void readSymbols() {
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type != SHT_SYMTAB) continue;
      if (section.sh_link >= sections_.size()) broken();
      symbols_ = file_.thingsOf<Elf64_Sym>(section);
      const Elf64_Shdr& names = sections_[section.sh_link];
      names_ = file_.piece(names.sh_offset, names.sh_size);
    }
  }

  std::string nameOf(const Elf64_Sym& symbol) const {
    if (symbol.st_name >= names_.size()) broken();
    const std::string_view from = names_.substr(symbol.st_name);
    const std::size_t end = from.find('\0');
    if (end == std::string_view::npos) broken();
    return std::string{from.substr(0, end)};
  }

  bool isHere(const Elf64_Sym& symbol) const {
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < sections_.size() && places_[symbol.st_shndx] &&
           symbol.st_value <= sections_[symbol.st_shndx].sh_size;
  }

  std::byte* addressOf(const Elf64_Sym& symbol) const {
    if (isHere(symbol)) return base_ + *places_[symbol.st_shndx] + symbol.st_value;
    if (symbol.st_shndx != SHN_UNDEF) broken();
    const std::string name = nameOf(symbol);
    void* const found = dlsym(RTLD_DEFAULT, name.c_str());
    if (found == nullptr) throw std::runtime_error{"it calls " + name.substr(0, 80) + ", and there is none"};
    return static_cast<std::byte*>(found);
  }

  /// Fills in the addresses that a section waits for.
  void join(const Elf64_Shdr& waiting) {
    if (waiting.sh_type != SHT_RELA && waiting.sh_type != SHT_REL) return;
    if (waiting.sh_info >= sections_.size()) broken();
    if (!places_[waiting.sh_info]) return;
    const Elf64_Shdr& section = sections_[waiting.sh_info];
    if (waiting.sh_type == SHT_REL || section.sh_type == SHT_NOBITS) broken();
    for (const Elf64_Rela& gap : file_.thingsOf<Elf64_Rela>(waiting)) {
      const auto type = ELF64_R_TYPE(gap.r_info);
      const std::size_t width = type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;
      if (ELF64_R_SYM(gap.r_info) >= symbols_.size() || section.sh_size < width ||
          gap.r_offset > section.sh_size - width)
        broken();
      std::byte* const at = base_ + *places_[waiting.sh_info] + gap.r_offset;
      const std::uint64_t wanted = std::bit_cast<std::uint64_t>(addressOf(symbols_[ELF64_R_SYM(gap.r_info)])) +
                                   static_cast<std::uint64_t>(gap.r_addend);
      const std::uint64_t apart = wanted - std::bit_cast<std::uint64_t>(at);
      if (type == R_X86_64_64) std::memcpy(at, &wanted, sizeof wanted);
      else if (type == R_X86_64_PC64) std::memcpy(at, &apart, sizeof apart);
      else if (type == R_X86_64_PC32 || type == R_X86_64_PLT32) near(at, static_cast<std::int64_t>(apart));
      else throw std::runtime_error{"its machine code is of a kind that is not known here"};
    }
  }

  static void near(std::byte* at, std::int64_t apart) {
    const auto fits = static_cast<std::int32_t>(apart);
    if (fits != apart) throw std::runtime_error{"what it calls is too far away"};
    std::memcpy(at, &fits, sizeof fits);
  }

  /// From now on nothing that can be run can be written.
  void protect() const {
    for (const Kind& kind : kinds_) {
      if (kind.to > kind.from && mprotect(base_ + kind.from, kind.to - kind.from, kind.protection) != 0)
        throw std::runtime_error{"the system lets no program bring in machine code"};
    }
  }

  void nameFunctions(MachineCode& code) const {
    for (const Elf64_Sym& symbol : symbols_) {
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && isHere(symbol) &&
          (sections_[symbol.st_shndx].sh_flags & SHF_EXECINSTR) != 0)
        code.functions_.emplace(nameOf(symbol), addressOf(symbol));
    }
  }

  Bytes file_;
  std::vector<Elf64_Shdr> sections_{};
  std::vector<std::optional<std::size_t>> places_{};  // of each section, from the memory's beginning
  Kind kinds_[3] = {{SHF_EXECINSTR, PROT_READ | PROT_EXEC}, {0, PROT_READ}, {SHF_WRITE, PROT_READ | PROT_WRITE}};
  std::size_t size_ = 0;
  std::byte* base_ = nullptr;
  std::vector<Elf64_Sym> symbols_{};
  std::string_view names_{};
};

MachineCode::MachineCode(std::string_view object) { Bringing{object}.bring(*this); }

#else

bool MachineCode::possible() { return false; }
void MachineCode::GiveBack::operator()(std::byte*) const {}
MachineCode::MachineCode(std::string_view) {
  throw std::runtime_error{"machine code can be brought in on Linux and x86-64 only"};
}

#endif

}  // namespace antiphon::synth
