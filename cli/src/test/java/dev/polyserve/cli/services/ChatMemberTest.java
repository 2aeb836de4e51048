package dev.polyserve.cli.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Connection;
import dev.polyserve.Sender;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The lines that a client of the chat receives, and their order.
class ChatMemberTest {
    private final ChatRoom room = new ChatRoom();
    private final List<String> heard = new ArrayList<>();

    @Test
    void theWelcomePrecedesConcurrentLines() throws Exception {
        ChatMember newMember = new ChatMember(room);
        ChatMember other = new ChatMember(room);
        Sender sender = fake(Sender.class, (_, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("offer");
            return heard.add(String.valueOf(arguments[0]).strip());
        });
        Connection connection = fake(Connection.class, (_, method, arguments) -> switch (method.getName()) {
            case "writeLine" -> {
                room.sendToOthers(other, "early");
                heard.add(String.valueOf(arguments[0]).substring(0, "* welcome".length()));
                yield null;
            }
            case "flush" -> {
                room.sendToOthers(other, "not so early");
                yield null;
            }
            case "sender" -> sender;
            default -> throw new AssertionError(method);
        });
        newMember.setUp(connection);
        room.sendToOthers(other, "late");
        assertThat(heard).containsExactly("* welcome", "early", "not so early", "late");
    }

    private static <T> T fake(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, answers));
    }
}
