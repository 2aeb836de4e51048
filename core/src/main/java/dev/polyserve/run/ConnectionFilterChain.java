package dev.polyserve.run;

import dev.polyserve.ConnectionFilter;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.ServerLog;
import java.util.List;

/// Accepts the connections that all filters accept. A filter that throws rejects the connection, and the exception is
/// logged. It never throws.
///
/// **Thread**: any.
final class ConnectionFilterChain implements ConnectionFilter {
    private final ServerLog log;
    private final List<ConnectionFilter> filters;

    ConnectionFilterChain(ServerLog log, List<ConnectionFilter> filters) {
        this.log = log;
        this.filters = filters;
    }

    @Override
    public boolean accepts(ConnectionInfo connection) {
        for (ConnectionFilter filter : filters) {
            try {
                if (!filter.accepts(connection)) {
                    return false;
                }
            } catch (Exception | Error e) {
                log.warn("the filter " + filter.getClass().getName() + " threw " + e, e);
                return false;
            }
        }
        return true;
    }
}
