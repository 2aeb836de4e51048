package dev.polyserve.admin;

import dev.polyserve.Server;
import dev.polyserve.admin.http.HttpEndpointResponse;
import dev.polyserve.admin.status.ConnectionTable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The actions of the admin endpoint.
///
/// **Thread**: any; each action runs on a thread of its own, because some wait in system calls.
///
/// @param target the server
record AdminActions(AdministeredServer target) {
    private static final Pattern END = Pattern.compile("/connections/([0-9]{1,18})/end");

    private interface Action {
        HttpEndpointResponse run(AdminActions actions) throws IOException;
    }

    private static final Map<String, Action> ACTIONS = Map.of("/drain", AdminActions::drain, "/pause",
            AdminActions::pause,
            "/resume", AdminActions::resume, "/restart", AdminActions::restart);

    /// Whether there is an action at this path.
    static boolean exists(String path) {
        return ACTIONS.containsKey(path) || END.matcher(path).matches();
    }

    /// Runs the action at this path, and waits for its result.
    HttpEndpointResponse run(String path) {
        Matcher end = END.matcher(path);
        Action action = end.matches() ? actions -> actions.end(Long.parseLong(end.group(1))) : ACTIONS.get(path);
        if (action == null) {
            throw new IllegalArgumentException("no action: " + path);
        }
        CompletableFuture<HttpEndpointResponse> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("polyserve-admin-action").start(() -> {
            try {
                done.complete(action.run(this));
            } catch (IOException e) {
                done.complete(HttpEndpointResponse.text(HttpEndpointResponse.CONFLICT, String.valueOf(e.getMessage())));
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            return HttpEndpointResponse.text(HttpEndpointResponse.FAILED, "the action failed: " + e.getCause());
        }
    }

    /// The drain goes on after the answer.
    private HttpEndpointResponse drain() {
        Thread.ofPlatform().daemon().name("polyserve-admin-drain").start(() -> {
            try {
                target.drain();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return HttpEndpointResponse.text(HttpEndpointResponse.ACCEPTED,
                "the server drains: " + server().stats().active()
                        + " connections have time to finish");
    }

    private HttpEndpointResponse pause() throws IOException {
        requireServing();
        server().pause();
        return HttpEndpointResponse.text(HttpEndpointResponse.OK,
                "the server is paused: new clients wait in the kernel's queue");
    }

    private HttpEndpointResponse resume() throws IOException {
        requireServing();
        server().resume();
        return HttpEndpointResponse.text(HttpEndpointResponse.OK, "the server accepts again");
    }

    private void requireServing() throws IOException {
        if (server().isStopped()) {
            throw new IOException("the server has stopped");
        }
    }

    private HttpEndpointResponse restart() throws IOException {
        return HttpEndpointResponse.text(HttpEndpointResponse.OK, target.restart());
    }

    private HttpEndpointResponse end(long id) {
        return new ConnectionTable(server()).end(id)
                ? HttpEndpointResponse.text(HttpEndpointResponse.OK, "connection " + id + " was ended")
                : HttpEndpointResponse.text(HttpEndpointResponse.NOT_FOUND,
                        "there is no open connection " + id + ": it has ended meanwhile");
    }

    private Server server() {
        return target.server();
    }
}
