package dev.millrace.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ArgumentLineTest {
    @Test
    void spacesPartArgumentsAndQuotesKeepThemTogether() {
        assertThat(ArgumentLine.split("  -a  b\tc ")).containsExactly("-a", "b", "c");
        assertThat(ArgumentLine.split("-r \"[.a, .b] | @tsv\"")).containsExactly("-r", "[.a, .b] | @tsv");
        assertThat(ArgumentLine.split("'a \\ \"b\"' x'y'z \"\" ''")).containsExactly("a \\ \"b\"", "xyz", "", "");
        assertThat(ArgumentLine.split("a\\ b \"c\\\"d\\\\e\\n\" \\")).containsExactly("a b", "c\"d\\e\\n", "\\");
        assertThat(ArgumentLine.split("")).isEmpty();
    }

    @Test
    void quoteWithoutItsEndIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArgumentLine.split("a 'b"))
                .withMessageContaining("'b");
        assertThatIllegalArgumentException().isThrownBy(() -> ArgumentLine.split("\"a\\\""));
    }
}
