#include "marcus.h"

SENECA_PLUGIN(marcus::Marcus, "org.seneca.marcus", "1.0.0", "Marcus's records as events, each happening once")
