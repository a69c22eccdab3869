// Who hears of dead tasks: the log, always, and the configured channels.
#pragma once

#include <vector>

#include "app/monitor.h"
#include "base/result.h"
#include "net/async_client.h"
#include "ordo/config.h"
#include "ordo/log.h"
#include "ports/clock.h"

namespace ordo::program {

base::Result<std::vector<app::MonitoredChannel>> make_channels(const Config& config,
                                                               net::AsyncClient& client,
                                                               const ports::Clock& clock, Log& log);

// A line when a channel begins to fail, when it works again, and for each notice that is given up,
// with all that it says.
app::OnChannel telling_of_channels(Log& log);

}  // namespace ordo::program
