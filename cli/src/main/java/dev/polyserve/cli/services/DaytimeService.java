package dev.polyserve.cli.services;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Sends date and time as one line of ASCII (RFC 867), as in `Saturday, November 21, 2026 14:05:09-UTC`.
final class DaytimeService {
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("EEEE, MMMM d, uuuu HH:mm:ss-z",
            Locale.ENGLISH);

    private DaytimeService() {}

    static byte[] now() {
        return (FORM.format(ZonedDateTime.now(ZoneId.systemDefault())) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
