package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.browser.AccessibilityCheck;
import dev.polyserve.browser.Browser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Opens the live page in a real browser.
@Tag("slow")
@Timeout(120)
class AdminPageTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final int WIDE = 1_280;
    private static final int PHONE = 375;

    @TempDir
    private static Path directory = Path.of(".");
    private static @Nullable Browser browser;
    private static @Nullable Server server;
    private static @Nullable Admin admin;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on this machine: the page was not opened");
        Server serving = Server.at("tcp://127.0.0.1:0").listen("unix:" + directory.resolve("s")).model(Model.nio())
                .handle(connection -> {
                    for (String line; (line = connection.readLine()) != null;) {
                        connection.writeLine(line);
                    }
                }).start();
        server = serving;
        Admin started = Admin.bind(() -> serving, Endpoint.parse("tcp://127.0.0.1:0"),
                Optional.of(AdminToken.of(TOKEN)));
        started.start();
        admin = started;
        browser = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.end();
        }
        if (admin != null) {
            admin.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void theFiguresAreThoseOfTheClients() throws Exception {
        Browser tab = open(WIDE, "light");
        try (Socket one = client(); Socket two = client()) {
            EchoClient.exchange(one, "first");
            EchoClient.exchange(two, "second!");
            tab.await("document.querySelectorAll('#connections tbody tr').length === 2");
            tab.await("Number(document.getElementById('t-in').dataset.value) >= 14");
            String compared = """
                    fetch('status').then((answer) => answer.json()).then((status) => ['active', 'accepted', 'in', 'out']
                      .map((name) => [document.getElementById(`t-${name}`).dataset.value,
                        String(status[{in: 'bytesIn', out: 'bytesOut'}[name] || name])])
                      .filter(([shown, real]) => shown !== real).length)""";
            assertThat(tab.evaluate(compared).intValue()).isZero();
            assertThat(tab.evaluate("document.getElementById('connections').textContent").stringValue())
                    .contains("127.0.0.1:" + two.getLocalPort(), "waits for input");
            assertQuiet(tab);
            tab.screenshot(pictures().resolve("wide-light.png"));
        }
    }

    @Test
    void aConnectionIsEndedByItsButton() throws Exception {
        Browser tab = open(WIDE, "light");
        try (Socket kept = client(); Socket ended = client()) {
            EchoClient.exchange(kept, "x");
            EchoClient.exchange(ended, "x");
            String own = "[...document.querySelectorAll('#connections tbody tr')].find((row) =>"
                    + " row.textContent.includes(':" + ended.getLocalPort() + "'))";
            tab.await(own + " !== undefined");
            assertThat(tab.evaluate(own + ".querySelector('button').disabled").booleanValue()).isTrue();
            tab.evaluate("document.getElementById('token').click()");
            tab.evaluate("document.getElementById('token-text').value = '" + TOKEN + "'");
            tab.press("Enter");
            tab.await("document.getElementById('message').textContent === 'The token is right.'");
            tab.await(own + " && !" + own + ".querySelector('button').disabled");
            tab.evaluate(own + ".querySelector('button').click()");
            tab.evaluate("document.getElementById('confirm-ok').click()");
            ended.setSoTimeout(20_000);
            assertThat(EchoClient.end(ended)).isNegative();
            tab.await(own + " === undefined");
            EchoClient.exchange(kept, "still here");
            tab.evaluate("sessionStorage.clear()");
            assertQuiet(tab);
        }
    }

    @Test
    void aWrongTokenIsASentence() throws Exception {
        Browser tab = open(WIDE, "light");
        tab.evaluate("document.getElementById('token').click()");
        tab.evaluate("document.getElementById('token-text').value = 'not the right one'");
        tab.press("Enter");
        tab.await("document.getElementById('message').textContent.startsWith('the token is missing or wrong: ')");
        assertThat(tab.evaluate("document.getElementById('pause').disabled").booleanValue()).isTrue();
        assertThat(tab.evaluate("sessionStorage.length").intValue()).isZero();
        assertThat(Objects.requireNonNull(server).isAccepting()).isTrue();
        tab.evaluate("sessionStorage.clear()");
    }

    @Test
    void theTextOfAPeerIsShownAsText() throws Exception {
        String name = "<img src=x onerror=alert(1)>";
        Path path = directory.resolve(name);
        Browser tab = open(WIDE, "light");
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.bind(UnixDomainSocketAddress.of(path));
            peer.connect(UnixDomainSocketAddress.of(directory.resolve("s")));
            tab.await("document.getElementById('connections').textContent.includes('" + name + "')");
            assertThat(tab.evaluate("document.querySelectorAll('img').length").intValue()).isZero();
            assertQuiet(tab);
        }
    }

    @Test
    void lightAndDarkAndPhone() throws Exception {
        try (Socket one = client()) {
            EchoClient.exchange(one, "x");
            String light = open(WIDE, "light").background();
            Browser tab = open(PHONE, "dark");
            tab.await("document.querySelectorAll('#connections tbody tr').length > 0");
            assertThat(tab.background()).isNotEqualTo(light);
            assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue()).isLessThanOrEqualTo(PHONE);
            assertQuiet(tab);
            tab.screenshot(pictures().resolve("phone-dark.png"));
        }
    }

    @Test
    void noSeriousFindingOfAccessibility() throws Exception {
        try (Socket one = client()) {
            EchoClient.exchange(one, "x");
            for (String scheme : new String[]{"light", "dark"}) {
                for (int width : new int[]{WIDE, PHONE}) {
                    Browser tab = open(width, scheme);
                    tab.await("document.querySelectorAll('#connections tbody tr').length > 0");
                    assertThat(AccessibilityCheck.findings(tab)).as(width + " " + scheme).isEmpty();
                }
            }
        }
    }

    @Test
    void theKeyboardSorts() throws Exception {
        Browser tab = open(WIDE, "light");
        tab.evaluate("document.getElementById('filter').focus()");
        for (String column : new String[]{"scroll", "id", "peer", "age", "in"}) {
            tab.press("Tab");
            assertThat(
                    tab.evaluate("document.activeElement.className + (document.activeElement.parentElement.dataset.sort"
                            + " || '')").stringValue())
                    .isEqualTo(column);
        }
        tab.press("Enter");
        tab.await("document.querySelector('[data-sort=in]').getAttribute('aria-sort') === 'descending'");
        tab.press("Enter");
        tab.await("document.querySelector('[data-sort=in]').getAttribute('aria-sort') === 'ascending'");
        assertThat(tab.evaluate("[...document.querySelectorAll('button, input')].filter((control) =>"
                + " !(control.textContent || control.ariaLabel || control.labels?.length)).length").intValue())
                .isZero();
        assertQuiet(tab);
    }

    // --- the browser and the clients ---

    private static Browser open(int width, String colourScheme) throws Exception {
        Browser tab = Objects.requireNonNull(browser);
        tab.look(width, 900, colourScheme);
        tab.open(URI.create("http:" + Objects.requireNonNull(admin).endpoint().toString().substring(4) + "/"));
        tab.await("document.getElementById('state').textContent === 'accepting'");
        return tab;
    }

    /// No error, and nothing is loaded from elsewhere.
    private static void assertQuiet(Browser tab) {
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).allMatch(url -> url.startsWith("http://127.0.0.1:"));
    }

    private static Socket client() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), Objects.requireNonNull(server).port());
    }

    /// Kept for inspection.
    private static Path pictures() throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("basedir", "."), "target", "page-pictures"));
    }
}
