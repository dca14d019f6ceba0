import time, asyncio
from tests.integration.ingest.channels.test_social import *
async def test_dbg(site):
    t=time.monotonic(); a=await start(site); print('start',time.monotonic()-t); t=time.monotonic()
    b=await start(site); print('start2',time.monotonic()-t); t=time.monotonic()
    gone = {"deleted_business_messages": {"chat": samples.CHAT, "message_ids": [7]}}
    updates=[samples.telegram(update=1, text="a"),
        samples.telegram("edited_message", update=2, text="b", edit_date=samples.SECONDS + 1),
        samples.telegram("edited_message", update=3, text="c", edit_date=samples.SECONDS + 2),
        Sample(Telegram, {"update_id": 4, **gone})]
    await asyncio.gather(*(post((a,b)[p%2],o) for p,o in enumerate(updates*2)))
    print('post',time.monotonic()-t); t=time.monotonic()
    await decided(site,4); print('decided',time.monotonic()-t)
    for one in await site.database("ingest").inputs.find({}).to_list(None): print(one['key'][:6],one['state'],one['attempts'],one.get('error'),one['decided_at']-one['received_at'])
    print((await a.client.get('/metrics')).text.split('kartica_stale_decisions_total ')[1][:10])
    print((await b.client.get('/metrics')).text.split('kartica_stale_decisions_total ')[1][:10])
