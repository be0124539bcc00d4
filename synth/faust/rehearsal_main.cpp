// antiphon_rehearsal NAME FOLDER <SOURCE: what synth/rehearsal.hpp starts.
#include <string>

#include "synth/rehearsal.hpp"

int main(int count, char** words) {
  if (count != 3) return 2;
  return antiphon::synth::rehearse(words[1], words[2]);
}
