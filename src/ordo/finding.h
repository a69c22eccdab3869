// What a check has found.
#pragma once

#include <string>

namespace ordo::program {

struct Finding {
  std::string check;
  bool good = true;
  std::string says;
};

}  // namespace ordo::program
