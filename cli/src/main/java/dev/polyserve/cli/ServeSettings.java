package dev.polyserve.cli;

import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The settings that were given, with their origin. Values are kept as text and parsed on access.
final class ServeSettings {
    private final Map<ServeSetting, Given> given = new EnumMap<>(ServeSetting.class);

    /// The values of one setting.
    ///
    /// @param values as written; `true` or `false` for a flag
    /// @param where the origin for messages: an option, or a place in a file
    record Given(List<String> values, String where) {}

    void put(ServeSetting setting, List<String> values, String where) {
        given.put(setting, new Given(List.copyOf(values), where));
    }

    /// These settings, completed by `others`.
    ServeSettings orElse(ServeSettings others) {
        ServeSettings all = new ServeSettings();
        all.given.putAll(others.given);
        all.given.putAll(given);
        return all;
    }

    boolean has(ServeSetting setting) {
        return given.containsKey(setting);
    }

    /// The origin of a setting, for messages.
    String where(ServeSetting setting) {
        Given there = given.get(setting);
        return there == null ? setting.option() : there.where();
    }

    /// The settings with values that differ from those in `others`.
    Set<ServeSetting> differentFrom(ServeSettings others) {
        Set<ServeSetting> different = EnumSet.noneOf(ServeSetting.class);
        for (ServeSetting setting : ServeSetting.values()) {
            if (!Objects.equals(values(given.get(setting)), values(others.given.get(setting)))) {
                different.add(setting);
            }
        }
        return different;
    }

    List<String> list(ServeSetting setting) {
        Given there = given.get(setting);
        return there == null ? List.of() : there.values();
    }

    Optional<String> text(ServeSetting setting) {
        return list(setting).stream().findFirst();
    }

    boolean flag(ServeSetting setting) {
        return text(setting).filter("true"::equals).isPresent();
    }

    Optional<Integer> number(ServeSetting setting) {
        return read(setting, ServeSettings::wholeNumber);
    }

    Optional<Duration> duration(ServeSetting setting) {
        return read(setting, Units::duration);
    }

    Optional<Integer> bytes(ServeSetting setting) {
        return read(setting, text -> {
            long bytes = Units.bytes(text);
            if (bytes > Integer.MAX_VALUE / 2) {
                throw new IllegalArgumentException("it is larger than 1GiB, the maximum");
            }
            return (int) bytes;
        });
    }

    /// Parses the value with `reader`, which throws an [IllegalArgumentException] that describes an invalid value.
    ///
    /// @throws ExitException that also names the origin and the value
    <T> Optional<T> read(ServeSetting setting, Function<String, T> reader) {
        return text(setting).map(text -> {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                throw ExitException.wrong("bad " + where(setting) + " '" + text + "': " + e.getMessage(), e);
            }
        });
    }

    private static int wholeNumber(String text) {
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || text.length() > 9) {
            throw new IllegalArgumentException("it is not a whole number from 0 to 999999999");
        }
        return Integer.parseInt(text);
    }

    private static @Nullable List<String> values(@Nullable Given given) {
        return given == null ? null : given.values();
    }
}
