package dev.polyserve;

/// The values of [Options], and their defaults.
final class OptionValues extends ValueFields {
    Options.Limits limits = Options.Limits.DEFAULTS;
    Options.Timeouts timeouts = Options.Timeouts.DEFAULTS;
    Options.Sockets sockets = Options.Sockets.DEFAULTS;
    Options.ProxyProtocol proxyProtocol = Options.ProxyProtocol.DEFAULTS;
    Options.Access access = Options.Access.DEFAULTS;
    OnFull onFull = OnFull.WAIT;

    @Override
    Object[] parts() {
        return new Object[]{"limits", limits, "timeouts", timeouts, "sockets", sockets, "proxyProtocol",
            proxyProtocol, "access", access, "onFull", onFull};
    }
}
