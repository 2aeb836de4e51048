package dev.polyserve;

/// The fields of [Options.Access], and their defaults.
final class AccessValues extends Values {
    Networks allowed = Networks.none();
    Networks denied = Networks.none();

    @Override
    Object[] parts() {
        return new Object[]{"allowed", allowed, "denied", denied};
    }
}
