package dev.polyserve.admin;

import dev.polyserve.admin.http.BearerToken;
import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The secret that a client of the admin endpoint sends in its `Authorization` header, after `Bearer` (RFC 6750).
///
/// **Thread**: any.
public final class AdminToken {
    private static final int LEAST_CHARACTERS = 16;
    private static final int MOST_BYTES = 4096;

    private final BearerToken secret;

    private AdminToken(String secret) {
        this.secret = new BearerToken(secret);
    }

    /// A token with this text.
    ///
    /// @throws IllegalArgumentException when it is shorter than 16 characters, or has others than those of visible ASCII
    public static AdminToken of(String secret) {
        if (secret.length() < LEAST_CHARACTERS || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a token has at least " + LEAST_CHARACTERS
                    + " characters, all visible ASCII without spaces: make one with 'openssl rand -hex 16'");
        }
        return new AdminToken(secret);
    }

    /// Reads the token from the first line of a file.
    ///
    /// @throws IOException when the file cannot be read, or has no token, with the reason and the file
    public static AdminToken read(Path file) throws IOException {
        try {
            String text = new String(SmallFileReader.bytes(file, MOST_BYTES), StandardCharsets.ISO_8859_1);
            return of(text.lines().findFirst().orElse("").strip());
        } catch (IllegalArgumentException e) {
            throw new IOException("bad token file " + file + ": " + e.getMessage(), e);
        } catch (IrregularOrOversizedFileException e) {
            throw new IOException("the token file " + file + " " + e.why(), e);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new IOException("the token file " + file + " does not exist", e);
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("the token file " + file + " cannot be read: " + e.getReason(), e);
        }
    }

    BearerToken secret() {
        return secret;
    }
}
