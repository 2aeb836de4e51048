package dev.polyserve.cli.services;

import java.nio.ByteBuffer;
import java.time.Instant;

/// Sends the seconds since 1900-01-01 00:00 UTC as four bytes in network byte order (RFC 868); they wrap to zero in
/// 2036.
final class TimeService {
    private static final long FROM_1900_TO_1970_SECONDS = 2_208_988_800L;

    private TimeService() {}

    static byte[] now() {
        long seconds = Instant.now().getEpochSecond() + FROM_1900_TO_1970_SECONDS;
        return ByteBuffer.allocate(Integer.BYTES).putInt((int) seconds).array();
    }
}
