// The MIDI systems of this machine and their ports, as text for a person.
#pragma once

#include <string>

namespace antiphon {

std::string portList();

}  // namespace antiphon
