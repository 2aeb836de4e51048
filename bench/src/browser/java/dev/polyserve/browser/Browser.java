package dev.polyserve.browser;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium with one tab, controlled by the DevTools protocol; it collects the events of the tab.
///
/// **Thread**: one at a time; messages of the browser arrive on a thread of the HTTP client.
public final class Browser {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final long TIMEOUT_SECONDS = 120;
    private static final Map<String, Integer> KEY_CODES = Map.ofEntries(Map.entry("Tab", 9), Map.entry("Enter", 13),
            Map.entry("Escape", 27), Map.entry(" ", 32), Map.entry("End", 35), Map.entry("Home", 36),
            Map.entry("ArrowLeft", 37), Map.entry("ArrowUp", 38), Map.entry("ArrowRight", 39), Map.entry("ArrowDown", 40),
            Map.entry(",", 188), Map.entry(".", 190));
    private static final int SHIFT = 8;
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<JsonNode> events = new ConcurrentLinkedQueue<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final String session;

    private Browser(Process process, String address) throws Exception {
        this.process = process;
        this.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(address), new Listener())
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        String target = call("Target.createTarget", Map.of("url", "about:blank"), null).path("targetId").stringValue();
        session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true), null).path("sessionId")
                .stringValue();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    /// The browser's executable on this machine.
    public static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(directory -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /// Starts the browser with an empty profile.
    ///
    /// @param profile an empty directory of its own
    public static Browser start(Path program, Path profile) throws Exception {
        Process process = new ProcessBuilder(program.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--user-data-dir=" + profile,
                "about:blank").redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            CompletableFuture<String> address = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("chromium-stderr").start(() -> readErrors(process, address));
            return new Browser(process, address.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /// Loads a page and discards earlier events.
    public void open(URI page) throws Exception {
        events.clear();
        loaded = new CompletableFuture<>();
        call("Page.navigate", Map.of("url", page.toString()));
        loaded.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /// Sets the size of the window and the preferred colour scheme.
    public void look(int width, int height, String colourScheme) throws Exception {
        call("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 2,
                "mobile", width < 600));
        call("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value",
                colourScheme))));
    }

    /// The value of an expression, or of the promise that it returns.
    public JsonNode evaluate(String expression) throws Exception {
        JsonNode reply = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true,
                "awaitPromise", true));
        if (reply.has("exceptionDetails")) {
            throw new IllegalStateException(reply.path("exceptionDetails").toString());
        }
        return reply.path("result").path("value");
    }

    /// Waits until an expression, or the promise that it returns, has a value that counts as true.
    public void await(String condition) throws Exception {
        while (!evaluate("Promise.resolve(" + condition + ").then(Boolean)").booleanValue()) {
            LockSupport.parkNanos(20_000_000);
        }
    }

    /// The colour of the page's ground.
    public String background() throws Exception {
        return evaluate("getComputedStyle(document.body).backgroundColor").stringValue();
    }

    /// Presses and releases a key: `Tab`, another name, or a character.
    public void press(String key) throws Exception {
        press(key, 0);
    }

    /// Presses and releases a key while Shift is held down.
    public void pressWithShift(String key) throws Exception {
        press(key, SHIFT);
    }

    private void press(String key, int modifiers) throws Exception {
        String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
        Map<String, Object> event = Map.of("key", key, "code", key.equals(" ") ? "Space" : key, "modifiers", modifiers,
                "windowsVirtualKeyCode", KEY_CODES.getOrDefault(key, 0), "text", text);
        for (String type : List.of("keyDown", "keyUp")) {
            Map<String, Object> parameters = new HashMap<>(event);
            parameters.put("type", type);
            call("Input.dispatchKeyEvent", parameters);
        }
    }

    /// Saves the whole page as an image.
    public void screenshot(Path file) throws Exception {
        screenshot(file, 0, evaluate("document.documentElement.scrollHeight").intValue(), 1);
    }

    /// Saves a full-width part of the page as an image.
    public void screenshot(Path file, int top, int height, double scale) throws Exception {
        JsonNode reply = call("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", Map.of("x", 0,
                "y", top, "scale", scale, "width", evaluate("innerWidth").intValue(), "height", height)));
        Files.write(file, Base64.getDecoder().decode(reply.path("data").stringValue()));
    }

    /// The events with one of these names since the page was opened.
    public List<JsonNode> reported(String... methods) {
        return events.stream().filter(event -> List.of(methods).contains(event.path("method").stringValue("")))
                .toList();
    }

    /// What the page has thrown or logged since it was opened.
    public List<JsonNode> errors() {
        return reported("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded");
    }

    /// The addresses that were requested since the page was opened, without those that hold their data.
    public List<String> requests() {
        return reported("Network.requestWillBeSent").stream()
                .map(event -> event.path("params").path("request").path("url").stringValue(""))
                .filter(address -> !address.startsWith("data:")).toList();
    }

    /// Ends the browser.
    public void end() throws Exception {
        try {
            call("Browser.close", Map.of(), null);
        } finally {
            socket.abort();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        return call(method, parameters, session);
    }

    private JsonNode call(String method, Map<String, ?> parameters, @Nullable String session) throws Exception {
        int id = lastId.incrementAndGet();
        var message = MAPPER.createObjectNode().put("id", id).put("method", method);
        message.set("params", MAPPER.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        replies.put(id, reply);
        socket.sendText(message.toString(), true).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        try {
            return reply.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no reply to " + message, e);
        }
    }

    private void take(JsonNode message) {
        if (!message.has("id")) {
            events.add(message);
            if (message.path("method").stringValue("").equals("Page.loadEventFired")) {
                loaded.complete(null);
            }
            return;
        }
        CompletableFuture<JsonNode> reply = replies.remove(message.path("id").intValue());
        if (reply != null && message.has("error")) {
            reply.completeExceptionally(new IllegalStateException(message.path("error").toString()));
        } else if (reply != null) {
            reply.complete(message.path("result"));
        }
    }

    /// Reads until the browser ends, so that it never blocks on a full pipe.
    private static void readErrors(Process process, CompletableFuture<String> address) {
        try (BufferedReader errors = process.errorReader()) {
            StringBuilder said = new StringBuilder();
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(LISTENING)) {
                    address.complete(line.substring(LISTENING.length()).strip());
                }
            }
            address.completeExceptionally(new IllegalStateException("the browser did not start: " + said));
        } catch (IOException e) {
            address.completeExceptionally(e);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder pieces = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            pieces.append(data);
            if (last) {
                take(MAPPER.readTree(pieces.toString()));
                pieces.setLength(0);
            }
            webSocket.request(1);
            return null;
        }
    }
}
