// Whether this machine can serve.
#pragma once

#include <string>

namespace ordo::program {

// Checks the data directory, the database and the disk, tells what it found, and returns the exit
// code. Leaves nothing behind.
int doctor(const std::string& database, bool json);

}  // namespace ordo::program
