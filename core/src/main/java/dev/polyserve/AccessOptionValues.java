package dev.polyserve;

import java.util.Optional;

/// The values of [Options.Access], and their defaults.
final class AccessOptionValues extends ValueFields {
    Networks allowed = Networks.none();
    Networks denied = Networks.none();
    Optional<Options.Ban> ban = Optional.empty();

    @Override
    Object[] parts() {
        return new Object[]{"allowed", allowed, "denied", denied, "ban", ban};
    }
}
