// How a part that works unasked tells the operator that it fails.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"

namespace ordo::ports {

// `what` fails ("retention") for a reason, or, without an error, works again. Called on a change
// only, from the thread that found out, and under no lock. Must be quick.
using OnTrouble = std::function<void(std::string_view what, const base::Error* error)>;

}  // namespace ordo::ports
