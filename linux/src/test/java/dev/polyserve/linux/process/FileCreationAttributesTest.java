package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.ChannelSocketProvider;
import dev.polyserve.io.Listener;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Files have their owner and mode from their creation on, and the thread and the process are unchanged afterwards.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FileCreationAttributesTest {
    private static final List<SocketProvider> FAMILIES = List.of(new ChannelSocketProvider(),
            DescriptorSocketProvider.unlimited());
    private static final int USER_NOBODY = 65_534;

    @TempDir
    private Path directory;

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void theModeIsThereFromTheBeginning() throws Exception {
        Path before = Files.createFile(directory.resolve("before"));
        for (SocketProvider family : FAMILIES) {
            for (int mode : List.of(0600, 0660, 0777)) {
                Path file = directory.resolve("socket");
                Listener listener = FileCreationAttributes.withMode(mode)
                        .of(() -> family.listen(new Endpoint.Unix(file), Options.defaults().sockets()));
                assertThat(mode(file)).isEqualTo(switch (mode) {
                    case 0600 -> "rw-------";
                    case 0660 -> "rw-rw----";
                    default -> "rwxrwxrwx";
                });
                listener.close();
                assertThat(file).doesNotExist();
            }
        }
        assertThat(mode(Files.createFile(directory.resolve("after")))).isEqualTo(mode(before));
    }

    @Test
    void theOwnerHasThemAlsoInADirectoryOfRoot() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        List<String> rightsBefore = rights();
        FileCreationAttributes creation = new FileCreationAttributes(Optional.of(0640),
                Optional.of(RunAsUser.of("nobody")));
        for (SocketProvider family : FAMILIES) {
            Path file = directory.resolve("socket");
            Listener listener = creation.of(() -> family.listen(new Endpoint.Unix(file), Options.defaults().sockets()));
            assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(USER_NOBODY);
            assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(USER_NOBODY);
            assertThat(mode(file)).isEqualTo("rw-r-----");
            listener.close();
        }
        assertThatThrownBy(() -> creation.of(() -> {
            throw new IOException("intended");
        })).hasMessage("intended");
        assertThat(rights()).isEqualTo(rightsBefore);
        assertThat(Files.getAttribute(Files.createFile(directory.resolve("after")), "unix:uid")).isEqualTo(0);
    }

    /// The rights of this thread as the system reports them.
    private static List<String> rights() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.matches("(Uid|Gid|Groups|Cap\\w+|Umask):.*")).toList();
    }

    @Test
    void aVirtualThreadIsRefusedBecauseOthersShareItsCarrier() throws Exception {
        Thread thread = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> FileCreationAttributes.withMode(0600).of(() -> 1))
                        .isInstanceOf(IllegalStateException.class));
        thread.join();
    }
}
