from sqlalchemy import create_engine, text


def test_each_test_gets_an_empty_database_of_its_own_in_utf8(postgres_url):
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from pg_tables where schemaname = 'public'")) == 0
        assert connection.scalar(text("show server_encoding")) == "UTF8"
        assert connection.scalar(text("select lower('ĐẤT')")) == "đất"
    engine.dispose()
