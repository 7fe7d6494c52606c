#include "sim/sha256.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect(const char *text, size_t times, const char *due)
{
    struct sha256 sum;
    unsigned char digest[SHA256_BYTES];
    char found[SHA256_TEXT];
    sha256_begin(&sum);
    for (size_t i = 0; i < times; i++)
        sha256_add(&sum, text, strlen(text));
    sha256_end(&sum, digest);
    sha256_text(digest, found);
    cr_expect_str_eq(found, due);
}

/* The examples of FIPS 180-4, and the empty text. */
Test(sha256, agrees_with_the_standard)
{
    expect("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Around the lengths where the padding needs a block more (figures of sha256sum). */
Test(sha256, pads_texts_of_any_length)
{
    expect("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    expect("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
    expect("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}
