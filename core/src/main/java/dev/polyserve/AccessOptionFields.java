package dev.polyserve;

import java.util.Optional;

/// The fields of [Options.Access], and their defaults.
final class AccessOptionFields extends ValueFields {
    Networks allowed = Networks.none();
    Networks denied = Networks.none();
    Optional<Options.Ban> ban = Optional.empty();

    @Override
    Object[] parts() {
        return new Object[]{"allowed", allowed, "denied", denied, "ban", ban};
    }
}
