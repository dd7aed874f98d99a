// Tells deaths: finds the cause of each and adds what all of a kind have.
#pragma once

#include <vector>

#include "analyzer/diagnosis/deaths/death.h"

namespace sysreel::deaths {

// A finding for each death that has a cause worth telling. Deaths alike (many processes killed at once by one sender)
// are told once, with the names of the others.
std::vector<Finding> tell_deaths(const Inquest& inquest);

}  // namespace sysreel::deaths
