// The files that are part of the program.
#include "model/native_model.hpp"

#if !defined(__GNUC__)
#error "embedding the model needs an assembler that knows .incbin"
#endif

#if defined(__APPLE__)
#define ANTIPHON_EMBED(symbol, file)                                                                        \
  asm(".const_data\n.globl _" #symbol "\n.p2align 6\n_" #symbol ":\n.incbin \"" file "\"\n.globl _" #symbol \
      "_end\n_" #symbol "_end:\n.byte 0\n.text\n")
#else
#define ANTIPHON_EMBED(symbol, file)                                                                                \
  asm(".pushsection .rodata\n.global " #symbol "\n.balign 64\n" #symbol ":\n.incbin \"" file "\"\n.global " #symbol \
      "_end\n" #symbol "_end:\n.byte 0\n.popsection\n")
#endif

ANTIPHON_EMBED(antiphonModelBytes, ANTIPHON_MODEL_FOLDER "/antiphon.safetensors");
ANTIPHON_EMBED(antiphonMarkovBytes, ANTIPHON_MODEL_FOLDER "/antiphon.markov");

extern "C" {
extern const std::byte antiphonModelBytes[], antiphonModelBytes_end[];
extern const std::byte antiphonMarkovBytes[], antiphonMarkovBytes_end[];
}

namespace antiphon {

std::span<const std::byte> embeddedModel() { return {antiphonModelBytes, antiphonModelBytes_end}; }
std::span<const std::byte> embeddedMarkov() { return {antiphonMarkovBytes, antiphonMarkovBytes_end}; }

}  // namespace antiphon
