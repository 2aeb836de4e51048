package dev.polyserve;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The values of [Options.Timeouts], and their defaults.
final class TimeoutOptionValues extends ValueFields {
    Duration firstByte = Duration.ofMinutes(1);
    Duration idle = Duration.ofMinutes(5);
    Duration writeStall = Duration.ofSeconds(30);
    Duration conversation = Duration.ofDays(1);
    Duration drain = Duration.ofSeconds(30);
    Duration drainQuiet = Duration.ofMillis(500);
    Duration close = Duration.ofSeconds(1);
    Duration stall = Duration.ofMillis(100);
    Duration spin = Duration.ZERO;
    Duration handOff = Duration.ofMillis(2);
    Duration tlsHandshake = Duration.ofSeconds(10);
    Duration connect = Duration.ofSeconds(10);

    @Override
    Object[] parts() {
        return new Object[]{"firstByte", firstByte, "idle", idle, "writeStall", writeStall, "conversation",
            conversation, "drain", drain, "drainQuiet", drainQuiet, "close", close, "stall", stall, "spin", spin,
            "handOff", handOff, "tlsHandshake", tlsHandshake, "connect", connect};
    }

    @Override
    void check() {
        notNegative("first-byte-timeout", firstByte);
        notNegative("idle-timeout", idle);
        notNegative("write-timeout", writeStall);
        notNegative("conversation-timeout", conversation);
        notNegative("drain-timeout", drain);
        notNegative("drain-quiet", drainQuiet);
        notNegative("close-timeout", close);
        notNegative("stall-limit", stall);
        notNegative("spin", spin);
        notNegative("hand-off", handOff);
        notNegative("tls-handshake-timeout", tlsHandshake);
        notNegative("connect-timeout", connect);
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(
                    name + ": " + TimeUnit.MILLISECONDS.convert(value) + " ms is negative");
        }
    }
}
