package dev.polyserve.admin.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/// The secret that a client sends in its `Authorization` header, after `Bearer` (RFC 6750).
///
/// **Thread**: any.
public final class BearerToken {
    private static final int RANDOM_BYTES = 16;

    private final byte[] secret;

    /// A token with this text.
    public BearerToken(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /// The text of a token that cannot be guessed: 32 hexadecimal digits.
    public static String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// Whether the text is the token; takes the same time whatever the difference is.
    public boolean is(String text) {
        return MessageDigest.isEqual(secret, text.getBytes(StandardCharsets.UTF_8));
    }
}
