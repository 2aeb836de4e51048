package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.admin.Admin;
import dev.polyserve.admin.AdminToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// The settings of the admin endpoint.
///
/// @param endpoint where it listens
/// @param token what its actions take; empty: there are none
record AdminSettings(Endpoint endpoint, Optional<AdminToken> token) {
    /// The settings; empty without `--admin`, and in a worker process, whose user may be unable to read the token.
    ///
    /// @throws ExitException with one sentence about the first error
    static Optional<AdminSettings> of(ServeSettings settings) {
        if (settings.has(ServeSetting.ADMIN_TOKEN_FILE) && !settings.has(ServeSetting.ADMIN)) {
            throw ExitException
                    .wrong(settings.where(ServeSetting.ADMIN_TOKEN_FILE) + " applies to --admin ENDPOINT only");
        }
        if (Server.isWorker()) {
            return Optional.empty();
        }
        return settings.read(ServeSetting.ADMIN, text -> {
            AdminSettings admin = new AdminSettings(Endpoint.parse(text), token(settings));
            Admin.requireUsable(admin.endpoint, admin.token);
            return admin;
        });
    }

    private static Optional<AdminToken> token(ServeSettings settings) {
        try {
            Optional<String> file = settings.text(ServeSetting.ADMIN_TOKEN_FILE);
            return file.isEmpty() ? Optional.empty() : Optional.of(AdminToken.read(Path.of(file.get())));
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }
}
